CREATE TABLE "commerce"."idempotency_keys" (
	"scope" text NOT NULL,
	"key" text NOT NULL,
	"procedure" text NOT NULL,
	"fingerprint" "bytea" NOT NULL,
	"answer" json NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY("scope","key"),
	CONSTRAINT "idempotency_keys_fingerprint_length" CHECK (octet_length("commerce"."idempotency_keys"."fingerprint") = 32),
	CONSTRAINT "idempotency_keys_key_length" CHECK (length("commerce"."idempotency_keys"."key") between 1 and 255)
);
--> statement-breakpoint
CREATE INDEX "idempotency_keys_expiry" ON "commerce"."idempotency_keys" USING btree ("expires_at");