create table public.books (id uuid primary key);
create unlogged table if not exists "Odd books" as select 1 as id;
create table public.part partition of public.whole for values in (1);
alter table public.shelves disable row level security;
set search_path to 'public';
create table seen (id uuid primary key);
