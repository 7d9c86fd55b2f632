create table public.a (code char(2) not null, one "char", country character(2));
alter table public.a enable row level security;
