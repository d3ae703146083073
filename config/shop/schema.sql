-- The example shop: customers, products, orders and their lines; 12,000 orders to begin with.
CREATE TYPE order_status AS ENUM ('new', 'paid', 'shipped', 'cancelled');

CREATE TABLE customers (
  id integer PRIMARY KEY,
  name text NOT NULL,
  city text,
  country text NOT NULL
);

CREATE TABLE products (
  id integer PRIMARY KEY,
  title text NOT NULL,
  category text NOT NULL,
  price numeric(10,2) NOT NULL
);

CREATE TABLE orders (
  id bigint PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES customers (id),
  status order_status NOT NULL DEFAULT 'new',
  ordered_at timestamptz NOT NULL
);

CREATE TABLE order_lines (
  order_id bigint NOT NULL REFERENCES orders (id),
  line_no integer NOT NULL,
  product_id integer NOT NULL REFERENCES products (id),
  quantity integer NOT NULL,
  price numeric(10,2) NOT NULL,
  PRIMARY KEY (order_id, line_no)
);

INSERT INTO customers
SELECT n, 'Customer ' || n, (ARRAY['Berlin', 'Paris', 'Oslo', 'Rome', NULL])[n % 5 + 1],
       (ARRAY['DE', 'FR', 'NO', 'IT', 'ES'])[n % 5 + 1]
FROM generate_series(1, 2000) AS n;

INSERT INTO products
SELECT n, 'Product ' || n, (ARRAY['books', 'tools', 'toys', 'food'])[n % 4 + 1],
       (n % 97 + 1) * 1.25
FROM generate_series(1, 500) AS n;

INSERT INTO orders
SELECT n, n * 7 % 2000 + 1, (ARRAY['new', 'paid', 'shipped', 'cancelled'])[n / 3 % 4 + 1]::order_status,
       timestamptz '2026-01-01 00:00:00+00' + n * interval '37 minutes'
FROM generate_series(1, 12000) AS n;

INSERT INTO order_lines
SELECT o, l, (o * 13 + l * 101) % 500 + 1, (o + l) % 5 + 1,
       ((o * 13 + l * 101) % 500 % 97 + 1) * 1.25
FROM generate_series(1, 12000) AS o, generate_series(1, 3) AS l;
