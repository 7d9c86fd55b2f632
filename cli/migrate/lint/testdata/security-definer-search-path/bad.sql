create function public.mine() returns setof public.books language sql security definer as $$
  select * from books where household_id = auth.uid()
$$;
create or replace procedure public.tidy(days int default 3) security definer language plpgsql as $$ begin end $$;
alter function public.other(uuid) security definer;
