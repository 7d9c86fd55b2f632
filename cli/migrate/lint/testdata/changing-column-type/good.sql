create table public.old (a text);
alter table public.old enable row level security;
alter table public.old alter column a type bigint using a::bigint;
alter table public.books add column kind text;
alter table public.books alter column kind type varchar;
alter table public.books alter column kind type text;
