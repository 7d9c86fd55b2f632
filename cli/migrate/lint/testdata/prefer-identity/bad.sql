create table public.a (id bigserial primary key);
alter table public.a enable row level security;
