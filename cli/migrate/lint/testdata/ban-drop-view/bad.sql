drop view public.shelf_counts;
drop materialized view public.totals;
