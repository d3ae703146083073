/* deltamill
description: Sales per product; products never sold are there with zero.
*/
SELECT p.id AS product_id, p.title, p.category,
       coalesce(sum(l.quantity), 0) AS sold,
       coalesce(sum(l.quantity * l.price), 0.00) AS revenue
FROM products p
LEFT JOIN order_lines l ON l.product_id = p.id
GROUP BY p.id, p.title, p.category;
