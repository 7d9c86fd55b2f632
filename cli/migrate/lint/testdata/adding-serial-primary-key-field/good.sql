alter table public.books add constraint books_pkey primary key using index books_pkey;
