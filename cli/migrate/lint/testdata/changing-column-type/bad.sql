create table public.old (a varchar(10), b integer, c numeric(10, 2), d text);
alter table public.old enable row level security;
alter table public.old alter column b type bigint;
alter table public.books alter column size type bigint;
alter table public.books alter pages set data type text using pages::text, alter column title type varchar(20);
