import type { CatalogSearch } from "../search";
import type { Change } from "./useCatalog";

export type FilterProps = { search: CatalogSearch; onChange: Change };
