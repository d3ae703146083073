/* deltamill
description: Each order that is not cancelled, with its customer and what its lines add up to.
sinks:
  - local: { index: [[customer_id], ["total desc"]] }
columns: { total: Sum of quantity times price of the lines. }
*/
SELECT o.id AS order_id, o.customer_id, c.name AS customer, c.country, o.status, o.ordered_at,
       count(l.line_no) AS lines, coalesce(sum(l.quantity * l.price), 0) AS total
FROM orders o
JOIN customers c ON c.id = o.customer_id
LEFT JOIN order_lines l ON l.order_id = o.id
WHERE o.status <> 'cancelled'
GROUP BY o.id, o.customer_id, c.name, c.country, o.status, o.ordered_at;
