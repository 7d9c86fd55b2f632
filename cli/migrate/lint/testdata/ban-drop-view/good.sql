drop view if exists public.shelf_counts;
create view public.shelf_counts with (security_invoker = true) as select shelf, count(*) from public.books group by shelf;
