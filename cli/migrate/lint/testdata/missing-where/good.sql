create table public.shelves (id bigint primary key, place text);
alter table public.shelves enable row level security;
insert into public.shelves (id) values (1);
update public.shelves set place = 'here';
update public.books set status = 'ready' where status = 'done';
delete from public.books where household_id is null;
insert into public.books (id) values (1) on conflict (id) do update set id = 1;
