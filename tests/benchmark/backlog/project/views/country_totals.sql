-- An aggregate over a join: orders and the sum of their totals per country.
SELECT c.country, count(*) AS orders, sum(o.total) AS total
FROM orders o JOIN customers c ON c.id = o.customer_id
GROUP BY c.country;
