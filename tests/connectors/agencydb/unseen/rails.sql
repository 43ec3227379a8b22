-- postgresql
-- An English web shop's way: number keys, enums as numbers, prices in cents, soft delete, an old framework's tables.
-- What follows `-->` is what a strict reviewer expects; `?` that it is asked about, `-` that it is left out.
CREATE TABLE schema_migrations ( --> not
  version varchar PRIMARY KEY
);
CREATE TABLE versions ( --> not
  id bigserial PRIMARY KEY,
  item_type varchar NOT NULL,
  item_id bigint NOT NULL,
  event varchar NOT NULL,
  whodunnit varchar,
  object text,
  created_at timestamp(6)
);
CREATE TABLE users ( --> agent
  id bigserial PRIMARY KEY, --> -
  email varchar DEFAULT '' NOT NULL UNIQUE, --> email email
  encrypted_password varchar DEFAULT '' NOT NULL, --> -
  reset_password_token varchar UNIQUE, --> -
  reset_password_sent_at timestamp(6), --> -
  sign_in_count integer DEFAULT 0 NOT NULL, --> -
  current_sign_in_at timestamp(6), --> -
  last_sign_in_ip inet, --> -
  first_name varchar, --> name name_part
  last_name varchar, --> name name_part
  phone varchar, --> phone phone
  admin boolean DEFAULT false NOT NULL, --> -
  created_at timestamp(6) NOT NULL, --> now
  updated_at timestamp(6) NOT NULL --> now
);
CREATE TABLE people ( --> contact
  id bigserial PRIMARY KEY, --> -
  first_name varchar, --> first_name text
  last_name varchar, --> last_name text
  company_name varchar, --> company_name text
  org_number varchar, --> orgnr orgnr
  ssn varchar(13), --> personnummer personnummer
  email varchar, --> email email
  phone varchar, --> phone phone
  mobile varchar, --> mobile phone
  street_address varchar, --> address.street text
  postal_code varchar, --> address.postcode postcode
  city varchar, --> address.town text
  country_code varchar(2) DEFAULT 'SE' NOT NULL, --> address.country_code text
  notes text, --> note long_text
  discarded_at timestamp(6), --> -
  created_at timestamp(6) NOT NULL, --> now
  updated_at timestamp(6) NOT NULL --> now
);
CREATE TABLE property_types ( --> not
  id bigserial PRIMARY KEY,
  code varchar NOT NULL UNIQUE,
  name varchar NOT NULL
);
INSERT INTO property_types (code, name) VALUES
  ('villa', 'Detached house'), ('flat', 'Flat'), ('row', 'Terraced house'), ('plot', 'Land'), ('holiday', 'Holiday home');
CREATE TABLE properties ( --> estate
  id bigserial PRIMARY KEY, --> -
  reference varchar, --> reference text
  property_type_id bigint NOT NULL REFERENCES property_types (id), --> type choice
  status integer DEFAULT 0 NOT NULL, --> -
  agent_id bigint REFERENCES users (id), --> agent_id ref
  seller_id bigint REFERENCES people (id), --> relations.seller ref
  buyer_id bigint REFERENCES people (id), --> relations.buyer ref
  title varchar, --> texts.heading text
  description text, --> texts.long long_text
  address_line_1 varchar NOT NULL, --> address.street text
  address_line_2 varchar, --> -
  postal_code varchar(10), --> address.postcode postcode
  city varchar, --> address.town text
  latitude numeric(10,6), --> address.position.latitude position
  longitude numeric(10,6), --> address.position.longitude position
  price_cents bigint, --> price.asking_kr ore
  price_currency varchar(3) DEFAULT 'SEK' NOT NULL, --> -
  sold_price_cents bigint, --> price.final_kr ore
  previous_price_cents bigint, --> -
  monthly_fee_cents bigint, --> fee.amount_kr ore
  living_area numeric(8,1), --> areas.living_m2 number
  plot_area numeric(10,1), --> areas.plot_m2 number
  room_count numeric(3,1), --> rooms rooms
  bedroom_count integer, --> buildings[0].bedrooms integer
  built_year integer, --> buildings[0].year_built year
  floor integer, --> buildings[0].floor whole
  has_elevator boolean, --> buildings[0].elevator flag
  featured boolean DEFAULT false NOT NULL, --> -
  views_count integer DEFAULT 0 NOT NULL, --> -
  lock_version integer DEFAULT 0 NOT NULL, --> -
  sold_at timestamp(6), --> sale.contract_at moment
  published_at timestamp(6), --> -
  deleted_at timestamp(6), --> -
  created_at timestamp(6) NOT NULL, --> now
  updated_at timestamp(6) NOT NULL --> now
);
CREATE TABLE showings ( --> viewing
  id bigserial PRIMARY KEY, --> -
  property_id bigint NOT NULL REFERENCES properties (id), --> estate_id ref
  starts_at timestamptz NOT NULL, --> starts_at moment
  ends_at timestamptz, --> ends_at moment
  host_id bigint REFERENCES users (id), --> -
  capacity integer, --> -
  notes text, --> comment long_text
  created_at timestamp(6) NOT NULL, --> now
  updated_at timestamp(6) NOT NULL --> now
);
CREATE TABLE offers ( --> bid
  id bigserial PRIMARY KEY, --> -
  property_id bigint NOT NULL REFERENCES properties (id), --> estate_id ref
  person_id bigint NOT NULL REFERENCES people (id), --> contact_id ref
  amount_cents bigint NOT NULL, --> amount_kr ore
  withdrawn boolean DEFAULT false NOT NULL, --> cancelled choice
  conditions text, --> condition text
  submitted_at timestamptz NOT NULL, --> placed_at moment
  created_at timestamp(6) NOT NULL, --> now
  updated_at timestamp(6) NOT NULL --> now
);
