-- Revenue per country, over a view of the project.
SELECT country, count(*) AS orders, sum(total) AS revenue, round(avg(total), 2) AS average_order
FROM order_totals
WHERE status IN ('paid', 'shipped')
GROUP BY country;
