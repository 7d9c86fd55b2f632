update public.books set status = 'ready';
delete from only public.books;
