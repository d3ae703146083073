-- A join: each order with its customer's name and country.
SELECT o.id, o.customer_id, c.name, c.country, o.status, o.total, o.created_at
FROM orders o JOIN customers c ON c.id = o.customer_id;
