-- An agency's own database, as one might be found: enum types, own number series, triggers, row security,
-- a table with ä in its name. Made for brygga's tests.
CREATE TYPE användarroll AS ENUM ('maklare', 'assistent', 'chef');
CREATE TYPE kontakttyp AS ENUM ('privatperson', 'foretag');
CREATE TYPE kontaktkategori AS ENUM ('saljare', 'kopare', 'spekulant', 'ovrig');
CREATE TYPE objekttyp AS ENUM ('villa', 'lagenhet', 'radhus', 'fritidshus', 'tomt');
CREATE TYPE objektstatus AS ENUM ('kundbearbetning', 'uppdrag', 'till_salu', 'sald', 'tilltraden');
CREATE TYPE visningstyp AS ENUM ('oppen', 'privat', 'digital');
CREATE TYPE budstatus AS ENUM ('aktivt', 'accepterat', 'avslaget', 'tillbakadraget');

CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  namn text NOT NULL,
  epost varchar(200) NOT NULL UNIQUE,
  telefon varchar(40),
  roll användarroll NOT NULL DEFAULT 'maklare',
  losenord_hash text NOT NULL DEFAULT '!',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE kontakter (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  typ kontakttyp NOT NULL DEFAULT 'privatperson',
  namn varchar(200) NOT NULL,
  telefon varchar(40),
  mobil varchar(40),
  epost varchar(200),
  personnummer varchar(13) UNIQUE,
  organisationsnummer varchar(11),
  kategori kontaktkategori NOT NULL DEFAULT 'ovrig',
  adress text,
  postnummer varchar(6),
  ort text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE SEQUENCE objektnummer_seq START 1000;
CREATE TABLE objekt (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  objektnummer text NOT NULL UNIQUE DEFAULT 'OBJ-' || nextval('objektnummer_seq'),
  typ objekttyp NOT NULL,
  status objektstatus NOT NULL DEFAULT 'kundbearbetning',
  adress varchar(200) NOT NULL,
  postnummer varchar(6),
  ort varchar(80),
  kommun varchar(80),
  lan varchar(80),
  utgangspris numeric(12,2),
  slutpris numeric(12,2),
  boarea numeric(8,1),
  biarea numeric(8,1),
  tomtarea numeric(10,1),
  rum integer,
  byggaar integer,
  maklare_id uuid REFERENCES users (id),
  saljare_id uuid REFERENCES kontakter (id),
  kopare_id uuid REFERENCES kontakter (id),
  manadsavgift numeric(10,2),
  energiklass varchar(1),
  energiprestanda numeric(6,1),
  energideklaration varchar(40),
  servitut text,
  beskrivning text,
  latitude double precision,
  longitude double precision,
  kvadratmeterpris numeric GENERATED ALWAYS AS (slutpris / NULLIF(boarea, 0)) STORED,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE visningar (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  objekt_id uuid NOT NULL REFERENCES objekt (id) ON DELETE CASCADE,
  datum date NOT NULL,
  starttid time NOT NULL,
  sluttid time,
  typ visningstyp NOT NULL DEFAULT 'oppen',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE bud (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  objekt_id uuid NOT NULL REFERENCES objekt (id) ON DELETE CASCADE,
  kontakt_id uuid REFERENCES kontakter (id),
  belopp numeric(12,2) NOT NULL CHECK (belopp > 0),
  datum date NOT NULL,
  tid time NOT NULL DEFAULT '12:00',
  status budstatus NOT NULL DEFAULT 'aktivt',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE "ägarbyten" (
  id serial PRIMARY KEY,
  objekt_id uuid REFERENCES objekt (id),
  skedde date
);

CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.updated_at = now(); RETURN NEW; END $$;
CREATE TRIGGER stamp_users BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER stamp_kontakter BEFORE UPDATE ON kontakter FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER stamp_objekt BEFORE UPDATE ON objekt FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER stamp_visningar BEFORE UPDATE ON visningar FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER stamp_bud BEFORE UPDATE ON bud FOR EACH ROW EXECUTE FUNCTION stamp();

ALTER TABLE objekt ENABLE ROW LEVEL SECURITY;
CREATE POLICY alla ON objekt USING (true) WITH CHECK (true);
