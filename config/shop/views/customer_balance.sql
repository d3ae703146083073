/* deltamill
description: What each customer has ordered and not yet paid.
key: [customer_id]
*/
SELECT c.id AS customer_id, c.name, c.city, c.country,
       count(t.order_id) AS orders,
       coalesce(sum(t.total) FILTER (WHERE t.status = 'new'), 0) AS open_amount,
       max(t.ordered_at) AS last_order
FROM customers c
LEFT JOIN order_totals t ON t.customer_id = c.id
GROUP BY c.id;
