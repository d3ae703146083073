-- An aggregate per order: number of lines and their value.
SELECT order_id, count(*) AS lines, sum(qty * price) AS value
FROM lines
GROUP BY order_id;
