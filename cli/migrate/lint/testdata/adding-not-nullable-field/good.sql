alter table public.books add constraint books_title check ((title is not null)) not valid;
