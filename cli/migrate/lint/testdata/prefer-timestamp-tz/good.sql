create table public.a (at timestamp(3) with time zone not null default now(), at2 timestamptz, day date, t time);
alter table public.a enable row level security;
