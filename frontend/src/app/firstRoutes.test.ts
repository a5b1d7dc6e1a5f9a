import { expect, test } from "vitest";
import { firstRoutes } from "./firstRoutes";
import { addOtherRoutes, router } from "./router";

const ids = () => Object.keys(router.routesById);

test("the entry knows the most visited pages, and the generated tree all of them under the same ids", async () => {
  const first = ids();
  expect(first).toEqual(["__root__", "/", "/sessions/$id", "/$"]);
  const placed = first.map((id) => [id, router.routesById[id as "/"].fullPath]);

  expect(await addOtherRoutes()).toBe(true);
  expect(await addOtherRoutes()).toBe(false);
  expect(ids()).toEqual(
    expect.arrayContaining([...first, "/login", "/admin/users/$id", "/creator/bookings"]),
  );
  for (const [id, path] of placed) expect(router.routesById[id as "/"].fullPath).toBe(path);
  expect(router.routeTree).toBe(firstRoutes);
});
