drop function public.title_of(uuid), public.author_of;
drop procedure public.tidy();
