alter table public.books add column added timestamptz not null default now(), add column kind varchar default lower('PDF')::varchar(8);
alter table public.books add column tags text[] not null default '{}', add column meta jsonb default jsonb_build_object('a', 1);
alter table public.books add column at date default (current_date + interval '1' day);
