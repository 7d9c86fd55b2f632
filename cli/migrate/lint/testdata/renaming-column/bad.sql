create table public.made (id bigint primary key);
alter table public.made enable row level security;
alter table public.made rename column id to number;
alter table public.books add column name text;
alter table public.books rename name to title;
alter table public.books rename column author to "Writer";
