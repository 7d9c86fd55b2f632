create table public.a (id int primary key, other integer);
create table public.b (id smallint generated always as identity, n int4, primary key (id));
create table public.c (x integer, y integer, primary key (x, y));
alter table public.a enable row level security;
alter table public.b enable row level security;
alter table public.c enable row level security;
