-- readme-ops: after-deploy
alter table public.books drop column title;
alter table public.books drop constraint books_size;
