-- readme-ops: no-transaction
create index concurrently books_title on public.books (title);
drop index concurrently public.books_author;
