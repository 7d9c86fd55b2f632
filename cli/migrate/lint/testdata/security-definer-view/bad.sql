create or replace view public.counts as select count(*) from public.books;
create materialized view totals as select count(*) from public.books;
create view public.more with (security_invoker = false) as select 1;
