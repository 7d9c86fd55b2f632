alter table public.books rename to volumes;
alter table books rename to volumes;
