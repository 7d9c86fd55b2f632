alter table public.books add column kind character varying(20) not null default 'a', add column codes varchar(3)[];
