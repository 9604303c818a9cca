# The same `manage.py up` as without a container; everything it writes lives in the volume /data.
FROM python:3.11-slim-bookworm

RUN useradd --create-home --uid 1000 geoguess && install -d -o geoguess /data
WORKDIR /app
COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt -c constraints.txt
COPY . .

USER 1000
ENV GEOGUESS_DATA=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
# The header is a proxy's: with GEOGUESS_HTTPS the site would redirect to https, where nothing listens.
HEALTHCHECK --start-period=180s CMD ["python", "-c", "from urllib.request import Request, urlopen; urlopen(Request('http://127.0.0.1:8000/health', headers={'X-Forwarded-Proto': 'https'}))"]
CMD ["python", "manage.py", "up", "--host", "0.0.0.0", "--port", "8000"]
