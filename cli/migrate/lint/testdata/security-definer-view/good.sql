create view public.counts with (security_invoker) as select count(*) from public.books;
create view public.more as select 1 as one;
alter view public.more set (security_invoker = on);
create materialized view public.totals as select count(*) from public.books;
revoke all on public.totals from anon, authenticated;
create view private.all_books as select * from public.books;
