alter table public.books
  add constraint books_size check (size >= 0),
  add check (attempts < 10);
alter table public.books add column pages bigint check (pages > 0);
alter table only "Odd Books" add constraint "Odd size" check (size >= 0) not valid;
alter table "Odd Books" validate constraint "Odd size";
