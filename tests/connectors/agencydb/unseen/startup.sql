-- postgresql
-- A young company's: enum types, text keys with a prefix, addresses in a table of their own, prices with currency, soft delete as a flag.
CREATE TYPE listing_state AS ENUM ('draft', 'coming_soon', 'on_market', 'under_contract', 'closed', 'delisted');
CREATE TYPE home_type AS ENUM ('apartment', 'villa', 'terraced_house', 'semi_detached', 'vacation_home', 'land', 'other');
CREATE TYPE bid_state AS ENUM ('placed', 'accepted', 'rejected', 'retracted');
CREATE TABLE team_members ( --> agent
  id text PRIMARY KEY DEFAULT ('usr_' || replace(gen_random_uuid()::text, '-', '')), --> -
  full_name text NOT NULL, --> name text
  email text NOT NULL UNIQUE, --> email email
  phone_e164 text, --> phone phone
  role text NOT NULL DEFAULT 'agent' CHECK (role IN ('agent', 'assistant', 'admin')), --> category text
  avatar_url text, --> -
  created_at timestamptz NOT NULL DEFAULT now() --> -
);
CREATE TABLE contacts ( --> contact
  id text PRIMARY KEY DEFAULT ('ctc_' || replace(gen_random_uuid()::text, '-', '')), --> -
  kind text NOT NULL DEFAULT 'individual' CHECK (kind IN ('individual', 'organization')), --> kind choice
  given_name text, --> first_name text
  family_name text, --> last_name text
  organization_name text, --> company_name text
  personal_identity_no text, --> personnummer personnummer
  email text, --> email email
  phone_e164 text, --> phone phone
  preferred_language text, --> -
  owner_id text REFERENCES team_members, --> agent_id ref ?
  is_deleted boolean NOT NULL DEFAULT false, --> -
  updated_at timestamptz NOT NULL DEFAULT now() --> now
);
CREATE TABLE addresses ( --> not
  id text PRIMARY KEY,
  street text NOT NULL,
  postal_code text,
  city text,
  lat double precision,
  lng double precision
);
CREATE TABLE listings ( --> estate
  id text PRIMARY KEY DEFAULT ('lst_' || replace(gen_random_uuid()::text, '-', '')), --> -
  public_ref text UNIQUE, --> reference text
  home_type home_type NOT NULL, --> type choice
  state listing_state NOT NULL DEFAULT 'draft', --> status choice
  address_id text REFERENCES addresses, --> -
  asking_price_sek bigint, --> price.asking_kr kr
  closing_price_sek bigint, --> price.final_kr kr
  price_per_sqm_sek bigint GENERATED ALWAYS AS (asking_price_sek / NULLIF(living_area_sqm, 0)::bigint) STORED, --> -
  living_area_sqm numeric(7,2), --> areas.living_m2 number
  lot_area_sqm numeric(9,2), --> areas.plot_m2 number
  room_count numeric(3,1), --> rooms rooms
  year_built smallint, --> buildings[0].year_built year
  hoa_fee_sek_month integer, --> fee.amount_kr kr
  lead_agent_id text REFERENCES team_members, --> agent_id ref
  headline text, --> texts.heading text
  description_md text, --> texts.long long_text
  is_deleted boolean NOT NULL DEFAULT false, --> -
  created_at timestamptz NOT NULL DEFAULT now(), --> created_at moment
  updated_at timestamptz NOT NULL DEFAULT now() --> now
);
CREATE TABLE listing_contacts ( --> relation
  listing_id text NOT NULL REFERENCES listings, --> estate_id ref
  contact_id text NOT NULL REFERENCES contacts, --> contact_id ref
  relationship text NOT NULL CHECK (relationship IN ('seller', 'buyer', 'prospect')), --> role choice
  PRIMARY KEY (listing_id, contact_id, relationship)
);
CREATE TABLE listing_views ( --> not
  id bigserial PRIMARY KEY,
  listing_id text NOT NULL REFERENCES listings,
  viewed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE open_houses ( --> viewing
  id text PRIMARY KEY DEFAULT ('oph_' || replace(gen_random_uuid()::text, '-', '')), --> -
  listing_id text NOT NULL REFERENCES listings, --> estate_id ref
  window_start timestamptz NOT NULL, --> starts_at moment
  window_end timestamptz NOT NULL, --> ends_at moment
  format text NOT NULL DEFAULT 'in_person' CHECK (format IN ('in_person', 'livestream')) --> digital choice
);
CREATE TABLE bids ( --> bid
  id text PRIMARY KEY DEFAULT ('bid_' || replace(gen_random_uuid()::text, '-', '')), --> -
  listing_id text NOT NULL REFERENCES listings, --> estate_id ref
  contact_id text NOT NULL REFERENCES contacts, --> contact_id ref
  amount_sek bigint NOT NULL, --> amount_kr kr
  state bid_state NOT NULL DEFAULT 'placed', --> cancelled choice
  placed_at timestamptz NOT NULL DEFAULT now() --> placed_at moment
);
