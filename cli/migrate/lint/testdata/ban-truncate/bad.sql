truncate table only public.books, shelves restart identity;
