alter table public.books alter column title set not null;
alter table public.books add constraint books_isbn check (isbn is not null) not valid;
alter table public.books alter isbn set not null;
