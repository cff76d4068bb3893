-- Why:      stock postgres-es knows neither partition nor position. Its rows fall into this leaf, and a trigger moves each to its place. Our own writer brings
--           both and never comes here.
-- Old code: there is none. Rows of stock postgres-es get what ours have: a dense position, a sequence without a hole, the partition of their space.
-- Takes:    no time.
CREATE TABLE events_unplaced PARTITION OF events DEFAULT;

CREATE FUNCTION place_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- All streams of a space stand in the partition of the space, whose id is what comes before the first '/'.
    hash bytea := sha256(convert_to(split_part(NEW.aggregate_id, '/', 1), 'UTF8'));
    last bigint;
BEGIN
    SELECT (get_byte(hash, 0) * 256 + get_byte(hash, 1)) % count(*) INTO NEW.partition FROM log_heads;
    -- The lock on the head is held until the commit, so positions come in the order of the commits.
    UPDATE log_heads SET position = position + 1 WHERE partition = NEW.partition RETURNING position INTO NEW.position;
    SELECT coalesce(max(sequence), 0) INTO last FROM events
        WHERE aggregate_type = NEW.aggregate_type AND aggregate_id = NEW.aggregate_id AND partition = NEW.partition;
    IF NEW.sequence <= last THEN
        RAISE unique_violation USING MESSAGE = 'another writer was first';
    ELSIF NEW.sequence > last + 1 THEN
        RAISE check_violation USING MESSAGE = 'the sequence would have a hole';
    END IF;
    INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, partition, position)
        VALUES (NEW.aggregate_type, NEW.aggregate_id, NEW.sequence, NEW.event_type, NEW.event_version, NEW.payload, NEW.metadata,
                NEW.partition, NEW.position);
    -- Only the life of a space destroys its key, and only its id is a UUID.
    IF NEW.aggregate_type = 'health_space' AND NEW.event_type = 'Destroyed' THEN
        UPDATE keys.space_keys SET wrapped = NULL, destroyed_at = clock_timestamp()
            WHERE partition = NEW.partition AND space = NEW.aggregate_id::uuid AND wrapped IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER place_event BEFORE INSERT ON events_unplaced FOR EACH ROW EXECUTE FUNCTION place_event();
