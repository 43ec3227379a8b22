-- postgresql
-- not made: agent
-- A Swedish system of the nineties grown old: registers, foreign keys named in words, its own phases and sums.
CREATE TABLE kontor ( --> office
  id serial PRIMARY KEY, --> -
  kontorsnamn text NOT NULL, --> name text
  vaxel text --> phone phone
);
CREATE TABLE maklare ( --> agent
  id serial PRIMARY KEY, --> -
  signatur varchar(5) NOT NULL, --> -
  namn text NOT NULL, --> name text
  epost text, --> email email
  kontor_id int REFERENCES kontor --> office_ids ref
);
CREATE TABLE kundtyper ( --> not
  id int PRIMARY KEY,
  text varchar(30)
);
INSERT INTO kundtyper VALUES (1,'Privatperson'),(2,'Företag'),(3,'Dödsbo');
CREATE TABLE kundregister ( --> contact
  id serial PRIMARY KEY, --> -
  kundtyp_id int NOT NULL REFERENCES kundtyper, --> kind choice
  fornamn text, --> first_name text
  efternamn text, --> last_name text
  firmanamn text, --> company_name text
  pers_nr varchar(13), --> personnummer personnummer
  org_nr varchar(11), --> orgnr orgnr
  tel_mobil varchar(20), --> mobile phone
  tel_dag varchar(20), --> phone_work phone
  mejladress text, --> email email
  kund_sedan date, --> -
  senast_kontaktad timestamptz, --> -
  uppdaterad_tid timestamptz NOT NULL DEFAULT now() --> now
);
CREATE TABLE forsaljningsobjekt ( --> estate
  id serial PRIMARY KEY, --> -
  objekt_id varchar(20) UNIQUE, --> -
  kategori varchar(20) NOT NULL CHECK (kategori IN ('villa','radhus','bostadsratt','fritidshus','tomt','lantbruk')), --> type choice
  forsaljningsfas varchar(20) NOT NULL CHECK (forsaljningsfas IN ('vardering','intaget','kommande','till salu','budgivning','kontrakt','tilltradd')), --> status choice ?
  gata varchar(80), --> address.street street_name
  nr varchar(10), --> address.street street_number
  postnummer varchar(6), --> address.postcode postcode
  ort varchar(60), --> address.town text
  accepterat_pris numeric(12,0), --> price.asking_kr kr
  kopesumma numeric(12,0), --> price.final_kr kr
  boarea_kvm numeric(6,1), --> areas.living_m2 number
  tomtareal_kvm numeric(9,1), --> areas.plot_m2 number
  rum numeric(3,1), --> rooms rooms
  nybyggnadsar int, --> buildings[0].year_built year
  manadsavgift_kr int, --> fee.amount_kr kr
  drift_kr_ar int, --> costs.sum_year_kr kr
  energiprestanda int, --> buildings[0].energy.consumption_kwh_m2 whole
  saljande_kund int REFERENCES kundregister, --> relations.seller ref
  kopande_kund int REFERENCES kundregister, --> relations.buyer ref
  ansvarig_maklare int REFERENCES maklare, --> agent_id ref
  extra_maklare int REFERENCES maklare, --> second_agent_id ref
  lat numeric(9,6), --> address.position.latitude position
  long numeric(9,6), --> address.position.longitude position
  skapad_av int REFERENCES maklare, --> -
  uppdaterad_tid timestamptz NOT NULL DEFAULT now() --> now
);
CREATE TABLE visningar ( --> viewing
  id serial PRIMARY KEY, --> -
  objekt int NOT NULL REFERENCES forsaljningsobjekt, --> estate_id ref
  visningsstart timestamp NOT NULL, --> starts_at moment
  visningsslut timestamp, --> ends_at moment
  visningsform varchar(20) --> -
);
CREATE TABLE anbud ( --> bid
  id serial PRIMARY KEY, --> -
  objekt int NOT NULL REFERENCES forsaljningsobjekt, --> estate_id ref
  anbudsgivare int REFERENCES kundregister, --> contact_id ref
  anbudssumma numeric(12,0) NOT NULL, --> amount_kr kr
  anbudstid timestamptz NOT NULL --> placed_at moment
);
