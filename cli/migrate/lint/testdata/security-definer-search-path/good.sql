create function public.mine() returns setof public.books language sql security definer set search_path = '' as $$
  select * from public.books where household_id = auth.uid()
$$;
create function public.plain() returns int language sql as 'select 1';
create function public.later() returns int language sql security definer as 'select 1';
alter function public.later() set search_path to pg_catalog, public;
