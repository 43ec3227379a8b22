-- sqlite
-- An old desktop database moved as it was: `tbl` before every name, all texts, dates and clocks as text, two prices.
CREATE TABLE tblMaklare ( --> agent
  MaklareID INTEGER PRIMARY KEY, --> -
  Namn TEXT, --> name text
  Mobil TEXT, --> mobile phone
  Mail TEXT --> email email
);
CREATE TABLE tblKunder ( --> contact
  KundID INTEGER PRIMARY KEY, --> -
  Fnamn TEXT, --> first_name text
  Enamn TEXT, --> last_name text
  Persnr TEXT, --> personnummer personnummer
  Gatuadr TEXT, --> address.street text
  Pnr TEXT, --> address.postcode postcode
  Ort TEXT, --> address.town text
  TelHem TEXT, --> phone phone
  TelMobil TEXT, --> mobile phone
  Mail TEXT, --> email email
  Ovrigt TEXT --> note long_text
);
CREATE TABLE tblObjekt ( --> estate
  ObjektID INTEGER PRIMARY KEY, --> -
  ObjNr TEXT, --> reference text
  Typ TEXT, --> type choice ?
  Status TEXT, --> status choice ?
  Adress TEXT, --> address.street text
  Postnr TEXT, --> address.postcode postcode
  Postadr TEXT, --> address.town text
  Pris1 TEXT, --> price.asking_kr kr ?
  Pris2 TEXT, --> -
  Yta TEXT, --> areas.living_m2 number ?
  Tomt TEXT, --> areas.plot_m2 number ?
  Rum TEXT, --> rooms rooms ?
  Byggar TEXT, --> buildings[0].year_built year
  Avgift TEXT, --> fee.amount_kr kr ?
  SaljareID INTEGER, --> relations.seller ref ?
  KopareID INTEGER, --> relations.buyer ref ?
  MaklareID INTEGER, --> agent_id ref ?
  Inlagd TEXT, --> created_at moment ?
  Ovrigt TEXT --> texts.other long_text
);
CREATE TABLE tblVisning ( --> viewing
  VisningID INTEGER PRIMARY KEY, --> -
  ObjektID INTEGER, --> estate_id ref ?
  Datum TEXT, --> starts_at day ?
  KlFran TEXT, --> starts_at clock ?
  KlTill TEXT, --> ends_at clock ?
  Kommentar TEXT --> comment long_text
);
CREATE TABLE tblBud ( --> bid
  BudID INTEGER PRIMARY KEY, --> -
  ObjektID INTEGER, --> estate_id ref ?
  KundID INTEGER, --> contact_id ref ?
  Bud TEXT, --> amount_kr kr ?
  Datum TEXT, --> placed_at day ?
  Kl TEXT --> placed_at clock ?
);
CREATE TABLE tblObjekt_kopia AS SELECT * FROM tblObjekt; --> not
CREATE TABLE tblPostnr ( --> not
  Pnr TEXT PRIMARY KEY,
  Ort TEXT
);
INSERT INTO tblMaklare VALUES (1, 'Ada Prov', '070-174 06 05', 'ada@example.test');
INSERT INTO tblKunder VALUES (1, 'Anna', 'Prov', '191212121212', 'Provgatan 9', '114 55', 'Stockholm', '', '070-1740606', 'anna@example.test', ''),
  (2, 'Bo', 'Test', '', 'Provgatan 7', '11455', 'Stockholm', '', '070-1740607', 'bo@example.test', 'vill ha balkong'),
  (3, 'Cia', 'Exempel', '', '', '753 10', 'Uppsala', '', '', '', '');
INSERT INTO tblObjekt VALUES
  (1, 'A-101', 'Villa', 'Till salu', 'Provvägen 1', '114 55', 'Stockholm', '4 500 000', '4 250 000', '112', '830', '5', '1974', '', 1, NULL, 1, '2025-03-02', 'Nytt tak'),
  (2, 'A-102', 'Brf', 'Såld', 'Provvägen 2', '11456', 'Stockholm', '2 300 000 kr', '', '67 + 12 m²', '', '2,5', '1938', '3 412', 2, 3, 1, '2025-04-12', ''),
  (3, 'A-103', 'Fritidshus', 'Kommande', 'Provvägen 3', '753 11', 'Uppsala', '1 100 000', '', '48+6', '1 904', '3 rok', '1962', '', 1, NULL, 1, '2025-05-01', '');
INSERT INTO tblVisning VALUES (1, 1, '2025-05-04', '13:00', '13:45', ''), (2, 2, '2025-05-05', '17.30', '18.00', 'ring på');
INSERT INTO tblBud VALUES (1, 2, 3, '2 350 000', '2025-05-06', '09:12'), (2, 2, 2, '2 400 000', '2025-05-06', '10:05');
