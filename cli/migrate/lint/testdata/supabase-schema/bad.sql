alter table auth.users add column nickname text;
create function auth.nickname() returns text language sql as 'select 1::text';
create index users_email on auth.users (email);
drop table if exists storage.objects;
insert into storage.buckets (id, name) values ('books', 'books');
create schema realtime;
