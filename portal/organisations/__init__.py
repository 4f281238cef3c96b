"""The public directory of organisations: each page shows what an organisation gave, its points and its rank."""
