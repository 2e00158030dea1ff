CREATE TABLE "commerce"."operator_sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"api_key_id" uuid NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"last_used_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "operator_sessions_token_hash" UNIQUE("token_hash"),
	CONSTRAINT "operator_sessions_token_hash_length" CHECK (octet_length("commerce"."operator_sessions"."token_hash") = 32)
);
--> statement-breakpoint
CREATE TABLE "commerce"."sign_in_links" (
	"token_hash" "bytea" PRIMARY KEY NOT NULL,
	"api_key_id" uuid NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sign_in_links_token_hash_length" CHECK (octet_length("commerce"."sign_in_links"."token_hash") = 32)
);
--> statement-breakpoint
CREATE TABLE "commerce"."order_notes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"text" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "order_notes_text_length" CHECK (length("commerce"."order_notes"."text") between 1 and 2000)
);
--> statement-breakpoint
ALTER TABLE "commerce"."events" ADD COLUMN "actor" jsonb;--> statement-breakpoint
ALTER TABLE "commerce"."operator_sessions" ADD CONSTRAINT "operator_sessions_key" FOREIGN KEY ("api_key_id") REFERENCES "commerce"."api_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."sign_in_links" ADD CONSTRAINT "sign_in_links_key" FOREIGN KEY ("api_key_id") REFERENCES "commerce"."api_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."order_notes" ADD CONSTRAINT "order_notes_order" FOREIGN KEY ("order_id") REFERENCES "commerce"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "operator_sessions_expiry" ON "commerce"."operator_sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sign_in_links_expiry" ON "commerce"."sign_in_links" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "order_notes_of_order" ON "commerce"."order_notes" USING btree ("order_id");