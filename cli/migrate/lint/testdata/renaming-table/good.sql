alter table public.books rename to volumes;
create view public.books with (security_invoker = true) as select * from public.volumes;
