-- Tables of the backlog benchmark. Variable: customers.
CREATE TABLE customers (id int PRIMARY KEY, name text, country text, created_at timestamptz);
CREATE TABLE orders (
  id bigint PRIMARY KEY, customer_id int, status text, total numeric(12,2), created_at timestamptz);
CREATE TABLE lines (
  order_id bigint, line_no int, product_id int, qty int, price numeric(10,2),
  PRIMARY KEY (order_id, line_no));

INSERT INTO customers
SELECT id, 'customer ' || id, 'C' || lpad((id * 7919 % 40)::text, 2, '0'),
       timestamptz '2024-01-01 00:00+00' + id * interval '1 minute'
FROM generate_series(1, :customers) AS id;

-- 2 * transactions commits: each inserting one, followed by one that updates what is there.
CREATE PROCEDURE write_backlog(transactions int, orders_each int, customers int) LANGUAGE plpgsql AS $$
DECLARE
  first bigint;
BEGIN
  FOR t IN 1 .. transactions LOOP
    first := (t - 1)::bigint * orders_each;
    INSERT INTO orders
    SELECT first + i, 1 + (first + i) * 104729 % customers, 'new', ((first + i) * 7877 % 1000000)::numeric / 100,
           timestamptz '2024-06-01 00:00+00' + (first + i) * interval '1 second'
    FROM generate_series(1, orders_each) AS i;
    INSERT INTO lines
    SELECT first + i, line_no, 1 + (first + i) * 31 * line_no % 5000, 1 + (first + i + line_no) % 9,
           ((first + i) * 613 * line_no % 50000)::numeric / 100
    FROM generate_series(1, orders_each) AS i, generate_series(1, 4) AS line_no;
    COMMIT;

    -- Half as many orders and 2/5 as many lines as were inserted, spread over all that exist, each once.
    UPDATE orders SET status = (ARRAY['paid', 'packed', 'shipped', 'closed'])[1 + (t + id) % 4]
    WHERE id IN (SELECT 1 + k * 2 * t + t * 37 % (2 * t) FROM generate_series(0, orders_each / 2 - 1) AS k);
    UPDATE lines SET qty = qty + 1
    WHERE (order_id, line_no) IN (
      SELECT 1 + k * 5 * t / 2 + t * 13 % (2 * t), 1 + (t + k) % 4
      FROM generate_series(0, orders_each * 2 / 5 - 1) AS k);
    COMMIT;
  END LOOP;
END $$;
