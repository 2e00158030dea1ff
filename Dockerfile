# The API as an image without a shell: Node.js, the system's libraries that it needs, and the API's own files.
#   docker build -t commerce-api .
#   docker run --env-file .env -p 3000:3000 commerce-api                                migrates, then serves
#   docker run --env-file .env commerce-api dist/programs/check.js                      npm run check
#   docker run --env-file .env commerce-api dist/programs/migrate.js --plan             npm run migrate
#   docker run --env-file .env commerce-api dist/create-api-key.js --name … --scopes …  an operator's API key
ARG NODE_IMAGE=node:24-bookworm-slim
FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY . .
ENV CI=true
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --filter '@commerce-core/api...' --filter '@commerce-core/admin...' \
  && npx pnpm@12.21.0 --filter '@commerce-core/api...' run build \
  && npx pnpm@12.21.0 --filter @commerce-core/api deploy --prod --legacy /image/app \
  && node deploy/slim.mjs /image/app \
  && node apps/admin/build/main.ts && cp -r apps/admin/dist /image/app/page
RUN node=$(readlink -f "$(command -v node)") \
  && mkdir -p /image/etc /image/usr/local/bin && mkdir -m 1777 /image/tmp \
  && cp "$node" /image/usr/local/bin/node \
  && ldd "$node" | grep -o '/[^ ]*' | xargs -I{} cp -L --parents {} /image \
  && echo 'commerce:x:10001:10001::/app:/nonexistent' > /image/etc/passwd \
  && echo 'hosts: files dns' > /image/etc/nsswitch.conf

FROM scratch
COPY --from=build /image /
USER 10001:10001
WORKDIR /app
ENV NODE_ENV=production PRODUCTION=on HOST=0.0.0.0 PORT=3000 ADMIN_PAGE_FILES=/app/page
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/usr/local/bin/node", "dist/programs/healthcheck.js"]
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=32", "--max-old-space-size=2048"]
CMD ["dist/main.js"]
