// The whole journey with a client that openapi-typescript generated: `node journey.js ADDRESS`.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Schemas = components["schemas"];
type Client = ReturnType<typeof createClient<paths>>;

const [, , address = ""] = process.argv;
const PASSWORD = "correct horse battery staple";

function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** Returns the data of an answer. Raises an error with the code of a refusal. */
function dataOf<T>(answer: { data?: T; error?: Schemas["Problem"] }): T {
  if (answer.data === undefined) throw new Error(`refused: ${answer.error?.code}`);
  return answer.data;
}

async function signUp(name: string, role: Schemas["Role"]): Promise<Client> {
  const visitor = createClient<paths>({ baseUrl: address });
  const email = `${name}-${crypto.randomUUID().slice(0, 8)}@example.org`;
  const body = { email, username: email.replace("@", "-"), password: PASSWORD, role };
  const registered = dataOf(await visitor.POST("/api/auth/register", { body }));
  check(registered.role === role, "role");
  const refused = await visitor.POST("/api/auth/login", { body: { email, password: "wrong" } });
  check(refused.error?.code === "bad_credentials", "wrong password");
  const login = dataOf(await visitor.POST("/api/auth/login", { body: { email, password: PASSWORD } }));
  return createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${login.access}` } });
}

async function publish(creator: Client): Promise<Schemas["SessionOut"]> {
  const body = { title: "Lute", description: "All ages.", duration: 60, price: "12.50", max_participants: 2 };
  const created = dataOf(await creator.POST("/api/sessions", { body }));
  check(created.price === "12.50" && created.status === "active", "session");
  const weekly = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, starts: "09:00", ends: "12:00" }));
  const path = { session_id: created.id };
  const schedule = await creator.PUT("/api/sessions/{session_id}/schedule", {
    params: { path },
    body: { time_zone: "UTC", weekly },
  });
  check(dataOf(schedule).valid_until === null, "schedule");
  const changes = { title: "Lute for everybody", category: null };
  const changed = dataOf(await creator.PATCH("/api/sessions/{session_id}", { params: { path }, body: changes }));
  check(changed.title === changes.title, "title");
  return changed;
}

async function book(learner: Client, session: Schemas["SessionOut"]): Promise<Schemas["BookingOut"][]> {
  const from = new Date(Date.now() + 24 * 3600_000).toISOString();
  const slots = dataOf(
    await learner.GET("/api/sessions/{session_id}/slots", {
      params: { path: { session_id: session.id }, query: { from } },
    }),
  );
  const bookings: Schemas["BookingOut"][] = [];
  for (const slot of slots.slice(0, 3)) {
    const body = { session: session.id, booking_date: slot.starts_at };
    const params = { header: { "Idempotency-Key": crypto.randomUUID() } };
    const made = await learner.POST("/api/bookings", { body, params });
    const again = await learner.POST("/api/bookings", { body, params });
    check(dataOf(made).id === dataOf(again).id, "repeated");
    check(again.response.headers.get("idempotency-replayed") === "true", "replayed");
    bookings.push(dataOf(made));
  }
  const [first] = bookings;
  check(first?.status === "confirmed" && first.amount === "12.50", "booking");
  const taken = await learner.POST("/api/bookings", {
    body: { session: session.id, booking_date: first.booking_date },
  });
  check(taken.error?.code === "already_booked", "twice");
  return bookings;
}

async function pages(learner: Client): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await learner.GET("/api/bookings", {
      params: { query: { limit: 2, status: ["confirmed"], ordering: "booking_date", cursor } },
    });
    found.push(...dataOf(page).map((booking) => booking.id));
    cursor = /[?&]cursor=([^&>]+).*rel="next"/.exec(page.response.headers.get("link") ?? "")?.[1];
  } while (cursor !== undefined);
  return found;
}

const creator = await signUp("creator", "creator");
const learner = await signUp("learner", "user");
const bookings = await book(learner, await publish(creator));
check((await pages(learner)).join() === bookings.map((booking) => booking.id).join(), "pages");
const path = { booking_id: bookings[0]?.id ?? "" };
const cancelled = dataOf(
  await learner.POST("/api/bookings/{booking_id}/cancel", { params: { path }, body: { reason: "I am ill." } }),
);
check(cancelled.status === "cancelled", "cancelled");
const history = dataOf(await learner.GET("/api/bookings/{booking_id}", { params: { path } })).history;
check(history.map((step) => step.action).join() === "book,cancel", "history");
console.log("journey done");
