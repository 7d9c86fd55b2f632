create table public.a (code text not null);
alter table public.a enable row level security;
