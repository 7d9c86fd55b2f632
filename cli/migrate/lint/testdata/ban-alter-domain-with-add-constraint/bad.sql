alter domain public.email add constraint email_at check (value like '%@%');
