// The whole journey with a client that openapi-generator generated: `go run ./journey ADDRESS`.
package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"time"

	client "github.com/example/marketplace"
)

const password = "correct horse battery staple"

var nextCursor = regexp.MustCompile(`[?&]cursor=([^&>]+).*rel="next"`)

func check(holds bool, what string) {
	if !holds {
		panic(what)
	}
}

func must[T any, R any](data T, _ R, err error) T {
	if err != nil {
		panic(fmt.Sprintf("refused: %v %v", err, codeOf(err)))
	}
	return data
}

// codeOf returns the code of a refusal.
func codeOf(err error) client.ErrorCode {
	var refusal *client.GenericOpenAPIError
	if errors.As(err, &refusal) {
		if problem, is := refusal.Model().(client.Problem); is {
			return problem.GetCode()
		}
	}
	return ""
}

func clientOf(token string) *client.APIClient {
	settings := client.NewConfiguration()
	settings.Servers = client.ServerConfigurations{{URL: os.Args[1]}}
	if token != "" {
		settings.AddDefaultHeader("Authorization", "Bearer "+token)
	}
	return client.NewAPIClient(settings)
}

func signUp(ctx context.Context, name string, role client.Role) *client.APIClient {
	accounts := clientOf("").AccountsAPI
	username := fmt.Sprintf("%s-%d", name, rand.Uint32())
	email := username + "@example.org"
	account := client.NewRegistrationIn(email, username, password)
	account.SetRole(role)
	registered := must(accounts.Register(ctx).RegistrationIn(*account).Execute())
	check(registered.GetRole() == role, "role")
	_, _, err := accounts.LogIn(ctx).CredentialsIn(*client.NewCredentialsIn(email, "wrong")).Execute()
	check(codeOf(err) == client.ERRORCODE_BAD_CREDENTIALS, "wrong password")
	login := must(accounts.LogIn(ctx).CredentialsIn(*client.NewCredentialsIn(email, password)).Execute())
	return clientOf(login.GetAccess())
}

func publish(ctx context.Context, creator *client.APIClient) *client.SessionOut {
	body := client.NewSessionIn("Lute", "All ages.", 60, "12.50")
	body.SetMaxParticipants(2)
	created := must(creator.SessionsAPI.CreateSession(ctx).SessionIn(*body).Execute())
	check(created.GetPrice() == "12.50" && created.GetStatus() == client.SESSIONSTATUS_ACTIVE, "session")
	schedule := client.NewScheduleIn()
	schedule.SetTimeZone("UTC")
	for day := int32(1); day <= 7; day++ {
		schedule.Weekly = append(schedule.Weekly, *client.NewWeeklyHoursIn(day, "09:00", "12:00"))
	}
	kept := must(creator.SchedulesAPI.ReplaceSchedule(ctx, created.Id).ScheduleIn(*schedule).Execute())
	check(!kept.ValidUntil.IsSet() || kept.ValidUntil.Get() == nil, "schedule")
	changes := client.NewSessionChangesIn()
	changes.SetTitle("Lute for everybody")
	changed := must(creator.SessionsAPI.ChangeSession(ctx, created.Id).SessionChangesIn(*changes).Execute())
	check(changed.GetTitle() == "Lute for everybody", "title")
	return changed
}

func book(ctx context.Context, learner *client.APIClient, session *client.SessionOut) []client.BookingOut {
	from := time.Now().Add(24 * time.Hour)
	slots := must(learner.SchedulesAPI.ListSlots(ctx, session.Id).From(from).Execute())
	bookings := []client.BookingOut{}
	for _, slot := range slots[:3] {
		body, key := client.NewBookingIn(session.Id, slot.StartsAt), fmt.Sprint(rand.Uint64())
		made := must(learner.BookingsAPI.CreateBooking(ctx).BookingIn(*body).IdempotencyKey(key).Execute())
		again, response, err := learner.BookingsAPI.CreateBooking(ctx).BookingIn(*body).IdempotencyKey(key).Execute()
		check(err == nil && again.Id == made.Id, "repeated")
		check(response.Header.Get("Idempotency-Replayed") == "true", "replayed")
		check(made.GetStatus() == client.BOOKINGSTATUS_CONFIRMED && made.GetAmount() == "12.50", "booking")
		bookings = append(bookings, *made)
	}
	twice := client.NewBookingIn(session.Id, bookings[0].BookingDate)
	_, _, err := learner.BookingsAPI.CreateBooking(ctx).BookingIn(*twice).Execute()
	check(codeOf(err) == client.ERRORCODE_ALREADY_BOOKED, "twice")
	return bookings
}

func pages(ctx context.Context, learner *client.APIClient) []client.BookingOut {
	found := []client.BookingOut{}
	request := learner.BookingsAPI.ListBookings(ctx).Limit(2).Ordering(client.BOOKINGORDERING_BOOKING_DATE)
	request = request.Status([]client.BookingStatus{client.BOOKINGSTATUS_CONFIRMED})
	for {
		page, response, err := request.Execute()
		check(err == nil, "page")
		found = append(found, page...)
		following := nextCursor.FindStringSubmatch(response.Header.Get("Link"))
		if following == nil {
			return found
		}
		request = request.Cursor(following[1])
	}
}

func main() {
	ctx := context.Background()
	creator := signUp(ctx, "creator", client.ROLE_CREATOR)
	learner := signUp(ctx, "learner", client.ROLE_USER)
	bookings := book(ctx, learner, publish(ctx, creator))
	listed := pages(ctx, learner)
	check(len(listed) == 3 && listed[0].Id == bookings[0].Id && listed[2].Id == bookings[2].Id, "pages")
	step := client.NewStepIn()
	step.SetReason("I am ill.")
	cancelled := must(learner.BookingsAPI.CancelBooking(ctx, bookings[0].Id).StepIn(*step).Execute())
	check(cancelled.GetStatus() == client.BOOKINGSTATUS_CANCELLED, "cancelled")
	history := must(learner.BookingsAPI.GetBooking(ctx, bookings[0].Id).Execute()).History
	check(len(history) == 2 && history[1].Action == client.STEPACTION_CANCEL, "history")
	fmt.Println("journey done")
}
