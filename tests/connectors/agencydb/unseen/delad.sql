-- postgresql
-- A Swedish developer's own: homes in two tables of one kind, plain words, everything in lower case, a budget of habits.
CREATE TABLE medarbetare ( --> agent
  id serial PRIMARY KEY, --> -
  namn text NOT NULL, --> name text
  epost text UNIQUE, --> email email
  direktnr text, --> phone phone
  mobilnr text, --> mobile phone
  slutat date --> -
);
CREATE TABLE personer ( --> contact
  id serial PRIMARY KEY, --> -
  personnummer varchar(13) UNIQUE, --> personnummer personnummer
  fornamn text NOT NULL, --> first_name text
  efternamn text NOT NULL, --> last_name text
  co_adress text, --> -
  utdelningsadress text, --> address.street text
  postnr varchar(6), --> address.postcode postcode
  postort text, --> address.town text
  epostadress text, --> email email
  mobiltelefon text, --> mobile phone
  avliden boolean, --> deceased flag
  skyddad_identitet boolean NOT NULL DEFAULT false, --> protected flag
  andrad_tid timestamptz NOT NULL DEFAULT now() --> now
);
CREATE TABLE villor ( --> estate ?
  id serial PRIMARY KEY, --> -
  fastighetsbeteckning text NOT NULL, --> taxation.designations text
  gatuadress text NOT NULL, --> address.street text
  postnr varchar(6), --> address.postcode postcode
  postort text, --> address.town text
  begart_pris bigint, --> price.asking_kr kr
  salt_for bigint, --> price.final_kr kr
  boarea real, --> areas.living_m2 number
  biarea real, --> areas.other_m2 number
  tomtarea integer, --> areas.plot_m2 whole
  antal_rum real, --> rooms rooms
  byggar integer, --> buildings[0].year_built year
  saljare integer REFERENCES personer, --> relations.seller ref
  kopare integer REFERENCES personer, --> relations.buyer ref
  ansvarig integer REFERENCES medarbetare, --> agent_id ref
  andrad_tid timestamptz NOT NULL DEFAULT now() --> now
);
CREATE TABLE lagenheter ( --> not
  id serial PRIMARY KEY,
  brf text,
  lghnr text,
  gatuadress text NOT NULL,
  postnr varchar(6),
  begart_pris bigint,
  salt_for bigint,
  boarea real,
  antal_rum real,
  avgift integer,
  saljare integer REFERENCES personer,
  ansvarig integer REFERENCES medarbetare
);
CREATE TABLE visningstider ( --> viewing
  id serial PRIMARY KEY, --> -
  villa integer NOT NULL REFERENCES villor, --> estate_id ref
  dag date NOT NULL, --> starts_at day
  fran time NOT NULL, --> starts_at clock
  till time NOT NULL, --> ends_at clock
  anmalan_kravs boolean --> self_registration flag
);
CREATE TABLE budgivning ( --> bid
  id serial PRIMARY KEY, --> -
  villa integer NOT NULL REFERENCES villor, --> estate_id ref
  budgivare integer REFERENCES personer, --> contact_id ref
  bud bigint NOT NULL, --> amount_kr kr
  tidpunkt timestamptz NOT NULL DEFAULT now(), --> placed_at moment
  tillbakadraget boolean NOT NULL DEFAULT false --> cancelled choice
);
